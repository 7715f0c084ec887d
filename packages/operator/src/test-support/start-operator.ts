import { LLMGateway } from '@fairlead/api'
import { Manager } from '@fairlead/controller-runtime'
import { type Clock, silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { type Condition, type KubernetesObject, timestamp } from '@fairlead/kube-core'
import { setupOperator } from '../setup-operator.ts'
import { testCapabilities as capabilities } from '@fairlead/snapshot/testing'
import { FakeApi } from './fake-api.ts'

export interface RunningOperator {
  readonly api: FakeApi
  readonly clock: FakeClock
  /** A condition of a resource as it is stored now. */
  condition(kind: string, name: string, type: string): Condition | undefined
  /** Lets the operator do everything that is due now. */
  settle(): Promise<void>
  /** A replica's report about the gateway `default`. */
  report(replica: string, report?: Readonly<Record<string, unknown>>): void
  stop(): Promise<void>
}

/** The operator on a fake API server and a clock that stands still. */
export async function startOperator(
  objects: readonly KubernetesObject[],
): Promise<RunningOperator> {
  const api = new FakeApi()
  for (const object of objects) api.put(object)
  const clock = new FakeClock()
  const manager = new Manager({
    client: api.client(),
    clock: clock satisfies Clock,
    logger: silentLogger,
    watchIdleTimeoutMs: Infinity,
  })
  setupOperator(manager, { clock, capabilities, logger: silentLogger })
  const controller = new AbortController()
  const running = manager.start(controller.signal)
  const operator: RunningOperator = {
    api,
    clock,
    condition: (kind, name, type) => {
      const status = api.get(kind, name).status as { conditions?: Condition[] } | undefined
      return status?.conditions?.find((one) => one.type === type)
    },
    settle: async () => {
      for (let turn = 0; turn < 20; turn++) await clock.advance(1)
    },
    report: (replica, report = {}) => {
      const reportedAt = timestamp(clock.now())
      const entry = {
        name: replica,
        configHash: '',
        ready: true,
        reportedAt,
        problems: [],
        ...report,
      }
      const applied = {
        apiVersion: 'fairlead.dev/v1beta1',
        kind: LLMGateway.kind,
        metadata: { namespace: 'default', name: 'default' },
        status: { replicas: [entry] },
      }
      api.applyStatus(applied, { fieldManager: `fairlead-gateway-${replica}`, force: true })
    },
    stop: async () => {
      controller.abort()
      await running
    },
  }
  await operator.settle()
  return operator
}

export function resource(
  kind: string,
  name: string,
  spec: Readonly<Record<string, unknown>>,
): KubernetesObject {
  return {
    apiVersion: 'fairlead.dev/v1beta1',
    kind,
    metadata: { namespace: 'default', name },
    spec,
  }
}
