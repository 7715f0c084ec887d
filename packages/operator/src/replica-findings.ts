import type { LLMGateway } from '@fairlead/api'
import { resourceText } from './configuration.ts'
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
}

/** Why the calls of a provider fail, the most urgent first. */
export const failureReasons: readonly string[] = ['Unauthorized', 'Unreachable', 'RateLimited']

/** Gathers the reports; equal statements of several replicas are merged. */
export function gatherFindings(
  gateways: readonly LLMGateway[],
  nowMs: number,
  leaseMs: number,
): ReplicaFindings {
  const problems = new Collection()
  const health = new Collection()
  for (const gateway of gateways) {
    for (const replica of replicasOf(gateway)) {
      if (!isLive(replica, nowMs, leaseMs)) continue
      for (const { kind, namespace, name, reason, message } of replica.problems ?? []) {
        const target = failureReasons.includes(reason) ? health : problems
        target.add(resourceText(kind, { namespace, name }), reason, message, replica.name)
      }
      for (const { namespace, name, health: reason, message } of replica.providers ?? []) {
        if (reason === 'Unknown') continue
        const resource = resourceText('LLMProvider', { namespace, name })
        health.add(resource, reason, message ?? '', replica.name)
      }
    }
  }
  return {
    problemsOf: (resource) => problems.of(resource),
    healthOf: (resource) => health.of(resource),
  }
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

  /** In an order that does not depend on who reported first. */
  of(resource: string): readonly Finding[] {
    const findings = [...(this.#byResource.get(resource)?.values() ?? [])]
    return findings.toSorted((left, right) =>
      `${left.reason} ${left.message}` < `${right.reason} ${right.message}` ? -1 : 1,
    )
  }
}
