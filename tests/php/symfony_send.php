<?php

/**
 * Sends one message by Symfony Mailer, which Laravel uses from version 9 on.
 *
 *     php symfony_send.php FROM RECIPIENT SUBJECT   < settings as JSON
 *
 * The settings are scheme, host, port, username and password, from which Laravel builds the same object.
 * Prints one JSON object; the transcript stays inside, because it holds the login.
 */

declare(strict_types=1);

error_reporting(E_ALL & ~E_DEPRECATED);
ini_set('display_errors', 'stderr');

require_once 'Symfony/Component/Mailer/autoload.php';

use Symfony\Component\Mailer\Transport\Dsn;
use Symfony\Component\Mailer\Transport\Smtp\EsmtpTransportFactory;
use Symfony\Component\Mime\Email;

$settings = json_decode(stream_get_contents(STDIN), true, 8, JSON_THROW_ON_ERROR);
$dsn = new Dsn(
    $settings['scheme'],
    $settings['host'],
    $settings['username'] ?? null,
    $settings['password'] ?? null,
    $settings['port']
);
$email = (new Email)->from($argv[1])->to($argv[2])->subject($argv[3])->text('Sent by Symfony Mailer.');
$result = ['sent' => false, 'error' => null, 'starttls' => false];
try {
    $transport = (new EsmtpTransportFactory)->create($dsn);
    $result['starttls'] = str_contains($transport->send($email)->getDebug(), '> STARTTLS');
    $result['sent'] = true;
} catch (Throwable $error) {
    $result['error'] = ['class' => get_class($error), 'message' => $error->getMessage()];
}

echo json_encode($result, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE), "\n";
