<?php
// Stands for a Laravel application's console: reads `.env` as its config/mail.php does, unless it was cached.
$env = parse_ini_string(preg_replace('/^\s*(?!MAIL_\w+=).*$/m', '', file_get_contents(__DIR__ . '/.env')), false, INI_SCANNER_RAW);
$mail = [
    'default' => $env['MAIL_MAILER'] ?? 'log',
    'mailers.smtp.transport' => 'smtp',
    'mailers.smtp.url' => $env['MAIL_URL'] ?? null,
    'mailers.smtp.host' => $env['MAIL_HOST'] ?? '127.0.0.1',
    'mailers.smtp.port' => $env['MAIL_PORT'] ?? 2525,
    'mailers.smtp.encryption' => $env['MAIL_ENCRYPTION'] ?? null,
    'mailers.smtp.username' => $env['MAIL_USERNAME'] ?? null,
    'mailers.smtp.password' => $env['MAIL_PASSWORD'] ?? null,
    'mailers.array.transport' => 'array',
    'from.address' => $env['MAIL_FROM_ADDRESS'] ?? 'hello@example.test',
];
$cache = __DIR__ . '/cached.json';
$command = $argv[1] ?? 'list';
if ($command === 'config:cache') {
    file_put_contents($cache, json_encode($mail));
    exit(0);
}
if (is_file($cache)) {
    $mail = array_merge($mail, json_decode(file_get_contents($cache), true));
}
if (is_file(__DIR__ . '/knows-less')) {
    echo "\n  ERROR  Command \"$command\" is not defined.\n\n";
    exit(1);
}
if (is_file(__DIR__ . '/crashes')) {
    echo "PDOException in config/mail.php, with password {$mail['mailers.smtp.password']}\n";
    exit(255);
}
if ($command !== 'config:show') {
    exit(0);
}
$row = function (string $first, string $second): void {
    $dots = max(2, 76 - mb_strlen($first) - mb_strlen($second));
    echo '  ', $first, ' ', str_repeat('.', $dots), ' ', $second, "  \n";
};
echo "\n";
$row('mail', '');
foreach ($mail as $path => $value) {
    $row(str_replace('.', ' ⇁ ', $path), $value === null ? 'null' : rtrim((string) $value, '.?!:'));
}
echo "\n";
