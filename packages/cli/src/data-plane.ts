import { hostname } from 'node:os'
import { systemClock, systemRandom } from '@fairlead/base'
import type { Client } from '@fairlead/controller-runtime'
import {
  startGateway,
  type Gateway,
  type SecretSource,
  type SnapshotSource,
} from '@fairlead/gateway'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { aborted } from './aborted.ts'
import { openStores } from './conversation-stores.ts'
import type { Options } from './options.ts'
import { takingPort } from './port-error.ts'
import { reportReplica } from './replica-reporter.ts'

/** How long calls that run when a stop is asked for may go on. */
const drainMs = 20_000

interface DataPlaneOptions {
  readonly options: Pick<Options, 'host' | 'gatewayPort' | 'gateway' | 'replica'>
  /** Folder that relative store paths count from. */
  readonly dataDir: string
  readonly snapshots: SnapshotSource
  readonly secrets: SecretSource
  /** Where to report what is served; undefined without a Kubernetes API. */
  readonly client: Client | undefined
  readonly registry: Registry
  readonly logger: Logger
  /** Called when it listens. */
  onListening(gateway: Gateway): void
}

/** Runs the gateway, and its reports to the control plane, until the signal aborts; then drains. */
export async function runDataPlane(plane: DataPlaneOptions, signal: AbortSignal): Promise<void> {
  const { options, client, logger } = plane
  const gateway = await takingPort(
    'gateway-port',
    startGateway({
      host: options.host,
      port: options.gatewayPort,
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
      : reportReplica({ client, gateway, target, replica: replicaName(options), logger }, signal)
  await aborted(signal)
  await gateway.drain(drainMs)
  await reporting
}

/**
 * A name that a restart keeps and that no other replica has, in the alphabet of field managers: the
 * pod's or machine's name, and the port, because a machine can run several. A port that was free by
 * chance would be another name at every start.
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
