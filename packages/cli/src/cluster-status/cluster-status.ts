import type { LLMGateway, LLMProvider } from '@fairlead/api'
import { compareText } from '@fairlead/base'
import { isWarning } from '@fairlead/config'
import type { Condition, TypedObject } from '@fairlead/kube-core'

/** How long a replica counts as live after its last report, as for the operator. */
const leaseMs = 60_000

/** What runs, and what does not hold, as of the resources' own statuses. */
export interface ClusterStatus {
  readonly gateways: readonly {
    /** `namespace/name` */
    readonly name: string
    readonly addresses: readonly string[]
    readonly liveReplicas: number
    /** Undefined where the operator does not run the gateway. */
    readonly wantedReplicas?: number
    readonly ready: boolean
  }[]
  readonly providers: readonly {
    readonly name: string
    readonly type: string
    readonly ready: boolean
  }[]
  /** Conditions that are False, of resources of every kind. */
  readonly problems: readonly {
    readonly kind: string
    readonly name: string
    readonly condition: string
    readonly reason: string
    readonly message: string
  }[]
}

/** The status of all resources; `objects` may be of any of Fairlead's kinds. */
export function clusterStatus(objects: readonly TypedObject[], nowMs: number): ClusterStatus {
  const sorted = objects.toSorted((a, b) => compareText(nameOf(a), nameOf(b)))
  const of = <T extends TypedObject>(kind: string) =>
    sorted.filter((object) => object.kind === kind) as readonly TypedObject[] as readonly T[]
  return {
    gateways: of<LLMGateway>('LLMGateway').map((gateway) => {
      const { addresses = [], deployment, replicas = [] } = gateway.status ?? {}
      const live = replicas.filter(({ reportedAt }) => nowMs - Date.parse(reportedAt) < leaseMs)
      return {
        name: nameOf(gateway),
        addresses: addresses.map(({ value }) => value),
        liveReplicas: live.length,
        ...(deployment === undefined ? {} : { wantedReplicas: deployment.replicas }),
        ready: isReady(gateway) && live.length > 0,
      }
    }),
    providers: of<LLMProvider>('LLMProvider').map((provider) => ({
      name: nameOf(provider),
      type: provider.spec.type,
      ready: isReady(provider),
    })),
    problems: sorted.flatMap((object) =>
      conditionsOf(object)
        .filter(isProblem)
        .map(({ message, reason, type }) => ({
          kind: object.kind,
          name: nameOf(object),
          condition: type,
          reason,
          message,
        })),
    ),
  }
}

function conditionsOf(object: TypedObject): readonly Condition[] {
  const { status } = object as { readonly status?: { readonly conditions?: readonly Condition[] } }
  return status?.conditions ?? []
}

/** One that is Unknown waits for something, such as a first call. */
function isProblem(condition: Condition): boolean {
  return condition.status === 'False' && isWarning(condition)
}

/** Nothing is known of a resource that no operator has seen. */
function isReady(object: TypedObject): boolean {
  const conditions = conditionsOf(object)
  return conditions.length > 0 && !conditions.some(isProblem)
}

function nameOf({ metadata }: TypedObject): string {
  return `${metadata.namespace}/${metadata.name}`
}
