import { resolve } from 'node:path'
import { aborted, type Logger } from '@fairlead/base'
import { WatchedConfiguration } from '@fairlead/config'
import { Manager, runnable } from '@fairlead/controller-runtime'
import {
  keepWebhookConfiguration,
  optionalKinds,
  setupAdmission,
  setupOperator,
  setupVersions,
  webhookConfigurationName,
} from '@fairlead/operator'
import { gatewayAudit } from '../audit/gateway-audit.ts'
import { keepManagers, watchChanges } from '../audit/watched-changes.ts'
import { capabilities } from '../capabilities.ts'
import type { CommandContext } from '../command-context.ts'
import { countConditions } from '../condition-counts.ts'
import type { Options } from '../options.ts'
import { installCustomResourceDefinitions, installedKinds } from '../install-crds.ts'
import { clusterConfig } from '../cluster-config.ts'
import { newMetricsRegistry } from '../metrics-registry.ts'
import { probesOf } from '../probes.ts'
import { programVersion } from '../program-version.ts'
import { UsageError } from '../usage-error.ts'
import { withAdmin } from '../with-admin.ts'

/** The control plane alone, or work on the project of an operator. */
export async function operator(context: CommandContext): Promise<void> {
  if (context.own.words.length > 0) return workOnProject(context)
  return runControlPlane(context)
}

/** Installs the CRDs and writes all conditions; one replica leads. */
async function runControlPlane(context: CommandContext): Promise<void> {
  const { options, environment, signal, logger, print } = context
  const registry = newMetricsRegistry(context)
  const manager = new Manager({
    config: clusterConfig(options, environment),
    logger,
    registry,
    transform: keepManagers,
    leaderElection: { name: 'fairlead-operator', namespace: options.gateway.namespace },
    webhookServer: webhookServerOf(options),
  })
  const { webhookService } = options
  setupVersions(manager, { converts: webhookService !== undefined, logger })
  await installCustomResourceDefinitions(manager.client, logger, signal, webhookService)
  const version = programVersion()
  const image = options.gatewayImage ?? `ghcr.io/fairlead/fairlead:${version}`
  const others = await installedKinds(manager.client, optionalKinds, signal)
  const deployments = { image, version, optionalKinds: others }
  const configuration = new WatchedConfiguration(manager.cache, { capabilities })
  setupOperator(manager, { capabilities, configuration, logger, deployments })
  if (webhookService !== undefined) {
    setupAdmission(manager, {
      capabilities,
      configuration,
      operatorNamespace: webhookService.namespace,
      failurePolicy: options.webhookFailurePolicy,
    })
    keepWebhookConfiguration(manager, webhookService, logger)
  }
  countConditions(registry, manager.cache)
  auditChanges(manager, logger)
  await withAdmin(context, { metrics: registry, probe: probesOf(manager) }, (adminURL) => {
    print(`The operator is running; metrics and probes at ${adminURL}\n`)
    return manager.start(signal)
  })
}

/** With the certificate of a Secret beside the Service, which all replicas share and keep fresh. */
function webhookServerOf({ webhookService, webhookPort, host }: Options) {
  if (webhookService === undefined) return false
  const secret = { ...webhookService, name: `${webhookService.name}-certificate` }
  const configurations = { validating: webhookConfigurationName(webhookService) }
  const certificates = { provision: { service: webhookService, secret, configurations } }
  return { host, port: webhookPort, certificates }
}

async function workOnProject({ own, print }: CommandContext): Promise<void> {
  const { operatorCommand, ScaffoldError, ScaffoldUsageError } = await import('@fairlead/scaffold')
  try {
    const code = await operatorCommand(own.words, { folder: resolve('.'), print })
    if (code !== 0) throw new ScaffoldError('the manifests are not what the project declares')
  } catch (error) {
    if (error instanceof ScaffoldUsageError) throw new UsageError(error.message, { cause: error })
    throw error
  }
}

/** Several replicas see a change; the one that leads tells of it. */
function auditChanges(manager: Manager, logger: Logger): void {
  const { trail } = gatewayAudit(undefined, logger)
  trail.enable(false)
  watchChanges(manager.cache, trail)
  manager.add(
    runnable(async (signal) => {
      trail.enable(true)
      await aborted(signal)
      await trail.close()
    }),
  )
}
