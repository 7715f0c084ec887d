import { describe, expect, it } from 'vitest'
import { variableOf } from './declarations/declaration.ts'
import { parseCommandLine } from './options.ts'
import { UsageError } from './usage-error.ts'

describe('parseCommandLine', () => {
  it.each([
    [['operator', '--gateway-port', '1', '--admin-port', '2', '-h'], ['gateway-port']],
    [
      ['gateway', '--api-port', '1', '--no-quickstart'],
      ['api-port', 'no-quickstart'],
    ],
    [['up', '--gateway-port', '1', '--log-level', 'warn'], []],
    [['audit', '--since', '1h'], []],
  ])('tells which flags of %j do nothing', (args, needless) => {
    expect(parseCommandLine(args, {}).own.needless).toEqual(needless)
  })

  it('has the documented defaults', () => {
    expect(parseCommandLine(['up'], {})).toEqual({
      command: 'up',
      own: { words: [], flags: {}, needless: [] },
      help: false,
      options: {
        dataDir: '.fairlead',
        apiPort: 7443,
        gatewayPort: 8080,
        adminPort: 9464,
        adminHosts: [],
        audit: { consumer: undefined, kind: undefined, output: 'text', since: undefined },
        host: '127.0.0.1',
        kubeconfig: undefined,
        quickstart: true,
        gateway: { namespace: 'default', name: 'default' },
        replica: undefined,
        workers: undefined,
        namedSecrets: false,
        drainMs: 20_000,
        shutdownDelayMs: 0,
        gatewayImage: undefined,
        webhookService: undefined,
        webhookFailurePolicy: 'Ignore',
        webhookPort: 9443,
        manifests: undefined,
        logLevel: 'info',
        logFormat: undefined,
        call: {
          model: undefined,
          headers: {},
          consumer: undefined,
          file: undefined,
          output: 'text',
          url: undefined,
          apiKey: undefined,
        },
      },
    })
  })

  it('takes a flag before its variable', () => {
    const environment = { FAIRLEAD_API_PORT: '1000', FAIRLEAD_ADMIN_PORT: '2000' }
    const { options } = parseCommandLine(['up', '--api-port', '0'], environment)
    expect([options.apiPort, options.adminPort]).toEqual([0, 2000])
  })

  it('turns the quickstart off by flag or variable', () => {
    expect(parseCommandLine(['up', '--no-quickstart'], {}).options.quickstart).toBe(false)
    expect(parseCommandLine(['up'], { FAIRLEAD_NO_QUICKSTART: '1' }).options.quickstart).toBe(false)
    expect(parseCommandLine(['up'], { FAIRLEAD_NO_QUICKSTART: 'false' }).options.quickstart).toBe(
      true,
    )
  })

  it.each([
    [['up', '--api-port', '70000'], '--api-port (FAIRLEAD_API_PORT) is "70000"'],
    [['up', '--gateway', 'x'], 'namespace/name'],
    [['up', '--log-level', 'loud'], 'debug, info'],
    [
      ['up', '--workers', '0'],
      '--workers (FAIRLEAD_WORKERS) is "0": expected a number from 1 to 64',
    ],
    [['operator', '--webhook-service', 'hooks'], 'expected namespace/name of a Service'],
    [['gateway', '--drain', '2h'], '--drain (FAIRLEAD_DRAIN) is "2h"'],
    [['gateway', '--shutdown-delay', '2h'], '--shutdown-delay (FAIRLEAD_SHUTDOWN_DELAY) is "2h"'],
    [['gateway', '--drain', 'soon'], 'expected a duration from 0s to 1h, such as 30s'],
    [['up', '--workers', '65'], 'from 1 to 64'],
    [['up', '--workers', 'many'], 'from 1 to 64'],
    [['explain-route', '--header', 'x-tier: gold'], 'expected name=value'],
    [['explain-route', '--consumer', 'app'], 'namespace/name of a Consumer'],
    [['explain-route', '-o', 'yaml'], 'expected text or json'],
    [['explain-route', '--url', '127.0.0.1:8080'], 'expected an address such as'],
    [['up', '--admin-hosts', 'a,b:1'], '--admin-hosts (FAIRLEAD_ADMIN_HOSTS) has "b:1"'],
    [['up', '--unknown'], '--help'],
    [['up', 'twice'], 'unexpected argument "twice"; see fairlead up --help'],
    [['up', '--data-dri', 'x'], "Unknown option '--data-dri': did you mean --data-dir?"],
    [['up', '-x'], "Unknown option '-x'; see fairlead up --help"],
    [['up', '--model', 'm'], "Unknown option '--model' of fairlead up: it is one of explain-route"],
    [['--model', 'm'], "Unknown option '--model' without a command: it is one of explain-route"],
    [['usgae'], 'unknown command "usgae": did you mean usage? See fairlead --help'],
    [['up', '--workers'], "'--workers' needs a value, N; see fairlead up --help"],
    [['up', '--workers', '--host', 'h'], "needs a value, N, and '--host' looks like a flag"],
    [['up', '--no-quickstart=yes'], "'--no-quickstart' takes no value"],
    [['usage', '-o', 'yaml'], '--output is "yaml": expected text, wide or json'],
    [['apiserver', '--authorization', 'Rbac'], 'expected RBAC or AlwaysAllow'],
  ])('refuses %j and says what is expected', (args, message) => {
    expect(() => parseCommandLine(args, {})).toThrow(UsageError)
    expect(() => parseCommandLine(args, {})).toThrow(message)
  })

  it('takes flags before the command, and of several the last', () => {
    const args = ['--data-dir', 'a', '--data-dir=b', 'up', '--replica=-1']
    const { command, options } = parseCommandLine(args, {})
    expect([command, options.dataDir, options.replica]).toEqual(['up', 'b', '-1'])
  })

  it('reads the variables of the flags that the command takes, and no others', () => {
    const environment = {
      FAIRLEAD_WORKERS: 'many',
      FAIRLEAD_MODEL: 'm',
      FAIRLEAD_LOG_LEVEL: 'warn',
    }
    const { options } = parseCommandLine(['explain-route'], environment)
    expect([options.workers, options.call.model, options.logLevel]).toEqual([
      undefined,
      undefined,
      'warn',
    ])
    expect(() => parseCommandLine(['up'], { FAIRLEAD_LOG_LEVEL: 'loud' })).toThrow(
      '--log-level is "loud": expected debug, info, warn, error or silent',
    )
  })

  it('takes the flags of every part where one part is started', () => {
    const ports = ['--api-port', '0', '--gateway-port', '0', '--admin-port', '0', '--workers', '1']
    for (const command of ['up', 'operator', 'gateway', 'apiserver']) {
      expect(parseCommandLine([command, ...ports], {}).command).toBe(command)
    }
    expect(() => parseCommandLine(['crds', ...ports], {})).toThrow("Unknown option '--api-port'")
  })

  it('asks for help of a command whatever its words are', () => {
    expect(parseCommandLine(['up', 'x', '-h'], {})).toMatchObject({ command: 'up', help: true })
  })

  it('names the variable of a flag', () => {
    expect(variableOf('data-dir')).toBe('FAIRLEAD_DATA_DIR')
  })

  it('hands a command its own flags and words, which no other has', () => {
    const { command, own } = parseCommandLine(['key', 'create', 'app', '--hashed'], {})
    expect([command, own.words, own.flags['hashed']]).toEqual(['key', ['create', 'app'], true])
    expect(() => parseCommandLine(['up', '--hashed'], {})).toThrow("Unknown option '--hashed'")
    expect(() => parseCommandLine(['usage', '--hashed'], {})).toThrow("Unknown option '--hashed'")
    expect(() => parseCommandLine(['usage', 'app'], {})).toThrow('unexpected argument "app"')
    expect(() => parseCommandLine(['key', '-o', 'wide'], {})).toThrow('expected text or json')
  })
})
