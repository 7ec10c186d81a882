// SPDX-License-Identifier: GPL-3.0-or-later
// Runs driver.py in CPython compiled to WebAssembly: node pyodide.mjs FOLDER-OF-THE-NPM-PACKAGE
// Prints what `driver.py --identify` prints, then answers as `driver.py --serve` does.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";

const packageFolder = resolve(process.argv[2]);
const here = fileURLToPath(new URL(".", import.meta.url));
const { loadPyodide } = await import(pathToFileURL(packageFolder + "/pyodide.mjs"));

const python = await loadPyodide({ indexURL: packageFolder });
python.mountNodeFS("/conformance", here);
python.runPython("import sys; sys.path.append('/conformance'); sys.dont_write_bytecode = True");
const driver = python.pyimport("driver");
python.runPython("import driver; driver.replay(driver.machine.warm_up())");
const identity = JSON.parse(python.runPython("import driver, json; json.dumps(driver.identify())"));
console.log(JSON.stringify({ ...identity, executable: packageFolder }));

for await (const path of createInterface({ input: process.stdin })) {
  python.FS.writeFile("/script", readFileSync(path));
  console.log(driver.answer("/script"));
}
