import { describe, expect, it } from 'vitest'
import { fixedCredentials } from '../kube-config/kube-config.ts'
import { FlagError } from './flag.ts'
import { operatorFlags } from './operator-flags.ts'
import { parseFlags } from './parse-flags.ts'
import { type ProgramManagerOptions, programOptions } from './program-options.ts'

const config = { server: 'https://127.0.0.1:1', tls: {}, credentials: fixedCredentials({}) }
const inPod = { ...config, namespace: 'db' }

function optionsFor(args: readonly string[], more: ProgramManagerOptions = {}, where = inPod) {
  const { config: given, ...options } = programOptions(
    'op',
    parseFlags(operatorFlags, args).values,
    where,
    more,
  )
  expect(given).toBe(where)
  return options
}

describe('the options of a program', () => {
  it.each([
    [[], { healthServer: { bindAddress: ':8081' } }],
    [['--health-probe-bind-address=0'], {}],
    [['--health-probe-bind-address='], {}],
    [
      ['--health-probe-bind-address=0', '--metrics-bind-address=:8443'],
      { metricsServer: { bindAddress: ':8443', secure: true, authentication: 'kubernetes' } },
    ],
    [
      ['--health-probe-bind-address=0', '--metrics-bind-address=:80', '--metrics-secure=false'],
      { metricsServer: { bindAddress: ':80', secure: false, authentication: 'none' } },
    ],
    [
      ['--health-probe-bind-address=0', '--leader-elect'],
      { leaderElection: { name: 'op', namespace: 'db' } },
    ],
    [
      ['--health-probe-bind-address=0', '--namespace=a,b'],
      { cacheOptions: { defaultNamespaces: ['a', 'b'] } },
    ],
    [
      ['--health-probe-bind-address=0', '--webhook-service=hooks'],
      {
        webhookServer: {
          port: 9443,
          certificates: {
            provision: {
              service: { namespace: 'db', name: 'hooks' },
              secret: { namespace: 'db', name: 'webhook-server-cert' },
            },
          },
        },
      },
    ],
    [
      [
        '--health-probe-bind-address=0',
        '--webhook-service=x/hooks',
        '--webhook-configuration-prefix=op-',
      ],
      {
        webhookServer: {
          port: 9443,
          certificates: {
            provision: {
              service: { namespace: 'x', name: 'hooks' },
              secret: { namespace: 'x', name: 'webhook-server-cert' },
              configurations: {
                mutating: 'op-mutating-webhook-configuration',
                validating: 'op-validating-webhook-configuration',
              },
            },
          },
        },
      },
    ],
  ])('are, for %j, %j', (args, options) => {
    expect(optionsFor(args)).toEqual(options)
  })

  it('take the rest from the program', () => {
    const extraHandlers = { '/debug': () => ({ status: 200 }) }
    const certificates = { directory: '/certs' }
    const program = {
      gracefulShutdownTimeoutMs: 1,
      metricsServer: { extraHandlers },
      leaderElection: { releaseOnStop: false },
      webhookServer: { certificates },
    }
    expect(optionsFor(['--health-probe-bind-address=0', '--webhook-port=1'], program)).toEqual({
      gracefulShutdownTimeoutMs: 1,
      webhookServer: { port: 1, certificates },
    })
    expect(optionsFor(['--webhook-host=127.0.0.1'], program)).toMatchObject({
      webhookServer: { host: '127.0.0.1', port: 9443 },
    })
    const flags = ['--metrics-bind-address=:1', '--leader-elect', '--webhook-cert-path=/own']
    expect(optionsFor(flags, program)).toMatchObject({
      metricsServer: { bindAddress: ':1', extraHandlers },
      leaderElection: { name: 'op', releaseOnStop: false },
      webhookServer: { certificates: { directory: '/own', certName: 'tls.crt' } },
    })
  })

  it.each([
    [
      ['--metrics-bind-address=:1', '--metrics-secure=false', '--metrics-cert-path=/x'],
      '--metrics-secure',
    ],
    [['--metrics-bind-address=:1', '--metrics-cert-name=a.crt'], '--metrics-cert-path'],
    [['--metrics-bind-address=:1', '--metrics-cert-key=a.key'], '--metrics-cert-path'],
    [['--webhook-cert-name=a.crt'], '--webhook-cert-path'],
    [['--webhook-service=a/b', '--webhook-cert-key=a.key'], '--webhook-cert-path'],
    [['--webhook-secret=a'], '--webhook-service'],
    [['--webhook-cert-path=/x', '--webhook-secret=a'], '--webhook-service'],
    [['--leader-elect'], '--leader-elect-resource-namespace'],
    [['--webhook-cert-path=/x', '--webhook-service=y'], 'not both'],
    [['--webhook-port=9000'], '--webhook-cert-path or --webhook-service'],
    [['--webhook-port=70000'], 'no port'],
    [['--webhook-host=127.0.0.1'], '--webhook-cert-path or --webhook-service'],
    [['--webhook-configuration-prefix=a-'], 'needs --webhook-service'],
    [['--webhook-service=hooks'], 'namespace/name'],
    [['--webhook-service=a/b/c'], 'namespace/name'],
    [['--webhook-service=/b'], 'namespace/name'],
  ])('refuse %j', (args, message) => {
    const nowhere = config as typeof inPod
    expect(() => optionsFor(args, {}, nowhere)).toThrow(FlagError)
    expect(() => optionsFor(args, {}, nowhere)).toThrow(message)
  })
})
