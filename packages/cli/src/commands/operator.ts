import { aborted, type Logger } from '@fairlead/base'
import { Manager, runnable } from '@fairlead/controller-runtime'
import { setupOperator } from '@fairlead/operator'
import { gatewayAudit } from '../audit/gateway-audit.ts'
import { keepManagers, watchChanges } from '../audit/watched-changes.ts'
import { capabilities } from '../capabilities.ts'
import type { CommandContext } from '../command-context.ts'
import { installCustomResourceDefinitions } from '../install-crds.ts'
import { clusterConfig } from '../cluster-config.ts'
import { newMetricsRegistry } from '../metrics-registry.ts'
import { probesOf } from '../probes.ts'
import { withAdmin } from '../with-admin.ts'

/** The control plane alone: installs the CRDs and writes all conditions; one replica leads. */
export async function operator(context: CommandContext): Promise<void> {
  const { options, environment, signal, logger, print } = context
  const registry = newMetricsRegistry(context)
  const manager = new Manager({
    config: clusterConfig(options, environment),
    logger,
    registry,
    transform: keepManagers,
    leaderElection: { name: 'fairlead-operator', namespace: options.gateway.namespace },
  })
  await installCustomResourceDefinitions(manager.client, logger, signal)
  setupOperator(manager, { capabilities, logger })
  auditChanges(manager, logger)
  await withAdmin(context, { metrics: registry, probe: probesOf(manager) }, (adminURL) => {
    print(`The operator is running; metrics and probes at ${adminURL}\n`)
    return manager.start(signal)
  })
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
