import { compareText, sameElements } from '@fairlead/base'
import type { LLMGateway, LLMGatewayReplica } from '@fairlead/api'
import { type DeepReadonly, keyOf, keyText } from '@fairlead/controller-runtime'
import type { KnowledgeReport } from './knowledge-status.ts'
import { type CredentialReport, mergeCredentials } from './merge-credentials.ts'
import { resourceText } from './resource-text.ts'
import { isLive, replicasOf } from './replica-reports.ts'

/** A statement of one or more replicas about a resource. */
export interface Finding {
  readonly reason: string
  readonly message: string
  readonly replicas: readonly string[]
}

/** The statements of all live replicas, by resource (`Kind namespace/name`). */
export interface ReplicaFindings {
  problemsOf(resource: string): readonly Finding[]
  /** The reported health of a provider; empty before the first call. */
  healthOf(resource: string): readonly Finding[]
  /** The state of a provider's credentials. */
  credentialsOf(resource: string): readonly CredentialReport[]
  /** A knowledge base as each replica has it. */
  knowledgeOf(resource: string): readonly KnowledgeReport[]
  /** The live replicas of a gateway, by its `namespace/name`, in the order of their names. */
  liveOf(gateway: string): readonly LLMGatewayReplica[]
  /** What live replicas run and count, as one text for each gateway, for comparison. */
  readonly running: ReadonlyMap<string, string>
  /** All that is said, as one text for each resource, for comparison. */
  readonly texts: ReadonlyMap<string, string>
}

/** Why the calls of a provider fail, the most urgent first. */
export const failureReasons: readonly string[] = ['Unauthorized', 'Unreachable', 'RateLimited']

/** Reads what replicas report, and gathers it again only when one of the live reports is another. */
export class FindingsReader {
  readonly #leaseMs: number
  #live: readonly LiveReplica[] = []
  #findings: ReplicaFindings = gatherFindings([])

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs
  }

  read(gateways: readonly DeepReadonly<LLMGateway>[], nowMs: number): ReplicaFindings {
    const live = gateways.flatMap((gateway) => {
      const gatewayKey = keyText(keyOf(gateway))
      return replicasOf(gateway)
        .filter((replica) => isLive(replica, nowMs, this.#leaseMs))
        .map((replica) => ({ gatewayKey, replica }))
    })
    if (sameReplicas(live, this.#live)) return this.#findings
    this.#live = live
    this.#findings = gatherFindings(live)
    return this.#findings
  }
}

interface LiveReplica {
  /** `namespace/name`. */
  readonly gatewayKey: string
  readonly replica: LLMGatewayReplica
}

function sameReplicas(left: readonly LiveReplica[], right: readonly LiveReplica[]): boolean {
  const replicasIn = (live: readonly LiveReplica[]) => live.map(({ replica }) => replica)
  return sameElements(replicasIn(left), replicasIn(right))
}

/** Equal statements of several replicas are merged. */
function gatherFindings(live: readonly LiveReplica[]): ReplicaFindings {
  const problems = new Collection()
  const health = new Collection()
  const credentials = new Map<string, CredentialReport[]>()
  const knowledge = new Map<string, KnowledgeReport[]>()
  for (const { replica } of live) {
    for (const { kind, namespace, name, reason, message } of replica.problems ?? []) {
      const target = failureReasons.includes(reason) ? health : problems
      target.add(resourceText(kind, { namespace, name }), reason, message, replica.name)
    }
    for (const provider of replica.providers ?? []) {
      const { namespace, name, health: reason, message } = provider
      const resource = resourceText('LLMProvider', { namespace, name })
      const known = credentials.get(resource) ?? []
      credentials.set(resource, [...known, ...(provider.credentials ?? [])])
      if (reason === 'Unknown') continue
      health.add(resource, reason, message ?? '', replica.name)
    }
    for (const report of replica.knowledge ?? []) {
      const resource = `KnowledgeBase ${report.base}`
      const known = knowledge.get(resource) ?? []
      knowledge.set(resource, [...known, { ...report, replica: replica.name }])
    }
  }
  const problemsOf = (resource: string) => problems.of(resource)
  const healthOf = (resource: string) => health.of(resource)
  const credentialsOf = (resource: string) => mergeCredentials(credentials.get(resource) ?? [])
  const knowledgeOf = (resource: string) => knowledge.get(resource) ?? []
  const named = [
    ...problems.resources,
    ...health.resources,
    ...credentials.keys(),
    ...knowledge.keys(),
  ]
  const texts = named.map((resource) => {
    const said = [
      problemsOf(resource),
      healthOf(resource),
      credentialsOf(resource),
      knowledgeOf(resource),
    ]
    return [resource, JSON.stringify(said)] as const
  })
  const byGateway = replicasByGateway(live)
  return {
    problemsOf,
    healthOf,
    credentialsOf,
    knowledgeOf,
    liveOf: (gateway) => byGateway.get(gateway) ?? [],
    running: new Map([...byGateway].map(([key, replicas]) => [key, runningText(replicas)])),
    texts: new Map(texts),
  }
}

function replicasByGateway(
  live: readonly LiveReplica[],
): ReadonlyMap<string, readonly LLMGatewayReplica[]> {
  const byGateway = Map.groupBy(live, ({ gatewayKey }) => gatewayKey)
  return new Map(
    [...byGateway].map(([key, entries]) => {
      const replicas = entries.map(({ replica }) => replica)
      return [key, replicas.toSorted((left, right) => compareText(left.name, right.name))]
    }),
  )
}

function runningText(replicas: readonly LLMGatewayReplica[]): string {
  return JSON.stringify(
    replicas.map(({ name, configHash, counters, unpriced, stateStore }) => [
      name,
      configHash,
      counters,
      unpriced,
      stateStore,
    ]),
  )
}

interface Reported extends Finding {
  readonly replicas: string[]
}

class Collection {
  readonly #byResource = new Map<string, Map<string, Reported>>()

  add(resource: string, reason: string, message: string, replica: string): void {
    const findings = this.#byResource.get(resource) ?? new Map<string, Reported>()
    this.#byResource.set(resource, findings)
    const text = `${reason} ${message}`
    const finding = findings.get(text) ?? { reason, message, replicas: [] }
    findings.set(text, finding)
    if (!finding.replicas.includes(replica)) finding.replicas.push(replica)
  }

  get resources(): readonly string[] {
    return [...this.#byResource.keys()]
  }

  /** In an order that does not depend on who reported first. */
  of(resource: string): readonly Finding[] {
    const findings = [...(this.#byResource.get(resource)?.values() ?? [])]
    return findings.toSorted((left, right) =>
      `${left.reason} ${left.message}` < `${right.reason} ${right.message}` ? -1 : 1,
    )
  }
}
