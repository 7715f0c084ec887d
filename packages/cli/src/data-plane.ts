import { hostname } from 'node:os'
import { aborted, systemClock, systemRandom } from '@fairlead/base'
import type { Client } from '@fairlead/controller-runtime'
import {
  startGateway,
  type Gateway,
  type SecretSource,
  type SnapshotSource,
} from '@fairlead/gateway'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { openStores } from './conversation-stores.ts'
import type { Options } from './options.ts'
import { takingPort } from './port-error.ts'
import { reportReplica } from './replica-reporter.ts'

/** Grace period for calls in progress when a stop is requested. */
const drainMs = 20_000

interface DataPlaneOptions {
  readonly options: Pick<Options, 'host' | 'gatewayPort' | 'gateway' | 'replica'>
  /** Directory against which relative store paths are resolved. */
  readonly dataDir: string
  readonly snapshots: SnapshotSource
  readonly secrets: SecretSource
  /** Where to report the replica status; undefined without a Kubernetes API. */
  readonly client: Client | undefined
  readonly registry: Registry
  readonly logger: Logger
  /** Called once it listens. */
  onListening(gateway: Gateway): void
}

/** Runs the gateway and its reports to the control plane until the signal aborts; then drains. */
export async function runDataPlane(plane: DataPlaneOptions, signal: AbortSignal): Promise<void> {
  const { options, client, logger } = plane
  const gateway = await takingPort(
    'gateway-port',
    startGateway({
      listen: { host: options.host, port: options.gatewayPort },
      snapshots: plane.snapshots,
      secrets: plane.secrets,
      openStore: openStores({
        dataDir: plane.dataDir,
        secrets: plane.secrets,
        clock: systemClock,
        random: systemRandom,
        logger,
      }),
      registry: plane.registry,
      logger,
    }),
  )
  plane.onListening(gateway)
  const target = options.gateway
  const reporting =
    client === undefined
      ? Promise.resolve()
      : reportReplica(
          {
            client,
            gateway,
            target,
            replica: replicaName(options),
            clock: systemClock,
            logger,
          },
          signal,
        )
  await aborted(signal)
  await gateway.drain(drainMs)
  await reporting
}

/**
 * A name that is stable across restarts, unique among replicas and valid as a field manager: the
 * pod's or machine's name, plus the port, because a machine can run several. A randomly assigned
 * port would give a new name at every start.
 */
export function replicaName(options: Pick<Options, 'replica' | 'gatewayPort'>): string {
  const port = options.gatewayPort === 0 ? '' : `-${options.gatewayPort}`
  const name = options.replica ?? `${hostname()}${port}`
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9.-]/g, '-')
      .slice(-63) || 'local'
  )
}
