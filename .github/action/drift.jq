# What `kmconfig drift --format json` found, as lines of text. Nothing in them can break a line or steer a terminal.
def plain: gsub("[\\p{C}\\p{Zl}\\p{Zp}]"; "\ufffd");
def value: if type == "string" then tojson | plain else tojson end;

.results[]
| "environment \(.environment | plain): \(.result)",
  ( .differences[]
    | "  \(.class)  \(.key | plain)  \(.live | value) → \(.expected | value)"
      + (if .ignored == null then "" else "  (accepted: \(.ignored | plain))" end) ),
  ( .notes[] | "  note: \(plain)" )
