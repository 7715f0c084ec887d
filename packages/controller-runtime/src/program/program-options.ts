import { consoleLogger, jsonLogger, type Logger, type LogLevel, textLogger } from '@fairlead/base'
import type { CacheSettings } from '../cache/cache-settings.ts'
import type { KubeConfig } from '../kube-config/kube-config.ts'
import type { LeaderElectionOptions } from '../leader-election/open-election.ts'
import type { ManagerOptions } from '../manager/manager.ts'
import type { MetricsServerOptions } from '../serving/metrics-server.ts'
import { FlagError } from './flag.ts'
import { checkNeeds } from './flag-needs.ts'
import type { OperatorFlagValues } from './operator-flags.ts'
import { type ProgramWebhookServer, webhookServerOf } from './webhook-server-of-flags.ts'

/** Options of the manager that no flag decides. */
export interface ProgramManagerOptions extends Omit<
  ManagerOptions,
  | 'config'
  | 'client'
  | 'logger'
  | 'metricsServer'
  | 'healthServer'
  | 'profilingServer'
  | 'leaderElection'
  | 'webhookServer'
> {
  /** Of the election that `--leader-elect` asks for. */
  readonly leaderElection?: Omit<LeaderElectionOptions, 'name' | 'namespace'>
  readonly metricsServer?: Pick<MetricsServerOptions, 'extraHandlers'>
  readonly webhookServer?: ProgramWebhookServer
}

/** The options of the manager, as the flags have it. Throws FlagError. */
export function programOptions(
  name: string,
  flags: OperatorFlagValues,
  config: KubeConfig,
  options: ProgramManagerOptions,
): ManagerOptions {
  const { leaderElection, metricsServer, cacheOptions, webhookServer, ...others } = options
  const webhooks = webhookServerOf(flags, config, webhookServer)
  const cache = cacheOf(flags, cacheOptions)
  const metrics = metricsOf(flags)
  const election = electionOf(name, flags, config)
  const health = flags['health-probe-bind-address']
  const profiling = flags['pprof-bind-address']
  return {
    ...others,
    config,
    ...(cache === undefined ? {} : { cacheOptions: cache }),
    ...(metrics === undefined ? {} : { metricsServer: { ...metricsServer, ...metrics } }),
    ...(webhooks === undefined ? {} : { webhookServer: webhooks }),
    ...(isOff(health) ? {} : { healthServer: { bindAddress: health } }),
    ...(isOff(profiling) ? {} : { profilingServer: { bindAddress: profiling } }),
    ...(election === undefined ? {} : { leaderElection: { ...leaderElection, ...election } }),
  }
}

/** Where a program logs, as the flags have it. */
export function programLogger(flags: OperatorFlagValues): Logger {
  const options = { level: flags['log-level'] as LogLevel }
  if (flags['log-format'] === 'json') return jsonLogger(options)
  return flags['log-format'] === 'text' ? textLogger(options) : consoleLogger(options)
}

/** Go's flags turn a server off by an empty address, too. */
function isOff(address: string): boolean {
  return address === '' || address === '0'
}

/** With a flag, its namespaces are those of every kind that does not have its own. */
function cacheOf(
  flags: OperatorFlagValues,
  options: CacheSettings | undefined,
): CacheSettings | undefined {
  const namespaces = flags.namespace.split(',').filter((name) => name !== '')
  return namespaces.length === 0 ? options : { ...options, defaultNamespaces: namespaces }
}

function metricsOf(flags: OperatorFlagValues): MetricsServerOptions | undefined {
  const bindAddress = flags['metrics-bind-address']
  if (isOff(bindAddress)) return undefined
  const directory = flags['metrics-cert-path']
  const certName = flags['metrics-cert-name']
  const keyName = flags['metrics-cert-key']
  const secure = flags['metrics-secure']
  checkNeeds(flags, ['metrics-cert-name', 'metrics-cert-key'], 'metrics-cert-path')
  if (!secure && directory !== '') {
    throw new FlagError('--metrics-cert-path needs --metrics-secure: HTTP has no certificate')
  }
  return {
    bindAddress,
    secure,
    authentication: secure ? 'kubernetes' : 'none',
    ...(directory === '' ? {} : { certificate: { directory, certName, keyName } }),
  }
}

function electionOf(
  name: string,
  flags: OperatorFlagValues,
  config: KubeConfig,
): Pick<LeaderElectionOptions, 'name' | 'namespace'> | undefined {
  if (!flags['leader-elect']) return undefined
  const namespace = flags['leader-elect-resource-namespace'] || config.namespace
  if (namespace === undefined) {
    throw new FlagError(
      '--leader-elect needs a namespace for the Lease, and the kubeconfig names none: ' +
        'give --leader-elect-resource-namespace',
    )
  }
  return { name, namespace }
}
