<?php

/*
 * Loads `.env` texts as a Laravel application does and prints what it then sees.
 *
 * php load_dotenv.php CASES FOLDER
 *
 * CASES is a JSON file: a list of {"text": base64, "environment": {name: base64}, "keys": [name]}.
 * FOLDER takes the `.env` files. Prints a JSON list of {"refused": bool, "names": [name],
 * "values": [[dotenv text, env() result]]}; texts are base64, a value of another type is {"php": value}.
 */

declare(strict_types=1);

error_reporting(E_ALL & ~E_DEPRECATED);

require 'Dotenv/autoload.php';
require 'Illuminate/Support/autoload.php';

use Dotenv\Dotenv;
use Dotenv\Exception\InvalidFileException;
use Dotenv\Parser\Parser;
use Dotenv\Store\StoreBuilder;
use Illuminate\Support\Env;

function setVariable(string $name, string $value): void
{
    $_SERVER[$name] = $value;
    $_ENV[$name] = $value;
    putenv("$name=$value");
}

/* getenv() without a name leaves out names with a dot, so each name is taken back by itself. */
function forget(array $names, array $server, array $env, array $process): void
{
    foreach ($names as $name) {
        putenv(isset($process[$name]) ? "$name={$process[$name]}" : (string) $name);
    }
    $_SERVER = $server;
    $_ENV = $env;
}

function asJson(mixed $value): mixed
{
    return is_string($value) ? base64_encode($value) : ['php' => $value];
}

function load(string $folder, array $case): array
{
    file_put_contents("$folder/.env", base64_decode($case['text'], true));
    foreach ($case['environment'] as $name => $value) {
        setVariable((string) $name, base64_decode($value, true));
    }
    Env::enablePutenv();
    $store = StoreBuilder::createWithDefaultName()->addPath($folder)->make();
    try {
        $entries = (new Parser())->parse($store->read());
        Dotenv::create(Env::getRepository(), $folder, '.env')->safeLoad();
    } catch (InvalidFileException) {
        return ['refused' => true, 'names' => [], 'values' => []];
    }
    $read = static fn (string $key) => [asJson(Env::getRepository()->get($key)), asJson(Env::get($key))];

    return [
        'refused' => false,
        'names' => array_map(static fn ($entry) => $entry->getName(), $entries),
        'values' => array_map($read, $case['keys']),
    ];
}

[$server, $env, $process] = [$_SERVER, $_ENV, getenv()];
$results = [];
foreach (json_decode(file_get_contents($argv[1]), true, 512, JSON_THROW_ON_ERROR) as $case) {
    $results[] = $result = load($argv[2], $case);
    forget([...$result['names'], ...array_keys($case['environment'])], $server, $env, $process);
}
echo json_encode($results, JSON_THROW_ON_ERROR);
