<?php

/**
 * Reads a folder's .env as a Laravel application does and sends one message by Laravel's own mailer.
 *
 *     php send_mail.php ENV_FOLDER [RECIPIENT SUBJECT]
 *
 * Prints one JSON object. Without a recipient it only reads. Passwords are shown as their SHA-256.
 */

declare(strict_types=1);

// Swift Mailer and Laravel 8 are older than this PHP: its deprecation notices are not our subject.
error_reporting(E_ALL & ~E_DEPRECATED);
ini_set('display_errors', 'stderr');

require_once 'Illuminate/autoload.php';
require_once 'Illuminate/Foundation/Application.php';

use Illuminate\Events\EventServiceProvider;
use Illuminate\Filesystem\FilesystemServiceProvider;
use Illuminate\Foundation\Application;
use Illuminate\Foundation\Bootstrap\LoadConfiguration;
use Illuminate\Foundation\Bootstrap\LoadEnvironmentVariables;
use Illuminate\Mail\MailServiceProvider;
use Illuminate\View\ViewServiceProvider;

function hidden($value): ?array
{
    return $value === null ? null : ['type' => gettype($value), 'sha256' => hash('sha256', (string) $value)];
}

$app = new Application(__DIR__ . '/application');
$app->useEnvironmentPath($argv[1]);
(new LoadEnvironmentVariables)->bootstrap($app);
(new LoadConfiguration)->bootstrap($app);

$mail = $app['config']['mail'];
$services = $app['config']['services'];
$mail['mailers']['smtp']['password'] = hidden($mail['mailers']['smtp']['password']);
foreach (['mailgun' => ['secret'], 'ses' => ['key', 'secret']] as $service => $keys) {
    foreach ($keys as $key) {
        $services[$service][$key] = hidden($services[$service][$key]);
    }
}
$result = [
    'laravel' => Application::VERSION,
    'app' => $app['config']['app'],
    'mail' => $mail,
    'services' => $services,
    'sent' => false,
    'error' => null,
];

if (isset($argv[2])) {
    $app->register(EventServiceProvider::class);
    $app->register(FilesystemServiceProvider::class);
    $app['config']['view'] = ['paths' => [], 'compiled' => sys_get_temp_dir()];
    $app->register(ViewServiceProvider::class);
    $app->register(MailServiceProvider::class);
    try {
        $app['mail.manager']->mailer()->raw('Sent by Laravel.', function ($message) use ($argv) {
            $message->to($argv[2])->subject($argv[3]);
        });
        $result['sent'] = true;
    } catch (Throwable $error) {
        $result['error'] = ['class' => get_class($error), 'message' => $error->getMessage()];
    }
}

echo json_encode($result, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE), "\n";
