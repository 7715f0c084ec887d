import { type EvaluationResult, type EvaluationRun, PromptEvaluation } from '@fairlead/api'
import type { Client } from '@fairlead/controller-runtime'
import { isConflict } from '@fairlead/kube-core'

interface EvaluationName {
  readonly namespace: string
  readonly name: string
}

/** What a run changes in the status of its evaluation. */
export interface RunChange {
  readonly run: EvaluationRun
  readonly results?: readonly EvaluationResult[]
}

const fieldManager = 'fairlead-evaluation'
const timeoutMs = 10_000
/** Others write the status too: the operator its conditions. */
const attemptsMax = 5

/** Another gateway has the run now, or it is no longer there. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost'
}

/**
 * Who runs an evaluation stands in its status, which is written only if nobody else has written it
 * since it was read: of several gateways one has it.
 */
export class EvaluationClaims {
  readonly #client: Client
  readonly #holder: string

  constructor(client: Client, holder: string) {
    this.#client = client
    this.#holder = holder
  }

  /** Undefined for one that does not exist. */
  async read({ name, namespace }: EvaluationName): Promise<PromptEvaluation | undefined> {
    const fieldSelector = `metadata.name=${name}`
    const { items } = await this.#client.list(PromptEvaluation, {
      namespace,
      fieldSelector,
      timeoutMs,
    })
    return items[0]
  }

  /** False if somebody else has written it since it was read. */
  async take(evaluation: PromptEvaluation, change: RunChange): Promise<boolean> {
    try {
      await this.#write(evaluation, change)
      return true
    } catch (error) {
      if (isConflict(error)) return false
      throw error
    }
  }

  /** Rejects with ClaimLost. */
  async keep(key: EvaluationName, change: RunChange): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const evaluation = await this.read(key)
      const run = evaluation?.status?.run
      const isOurs = run?.holder === this.#holder && run.startedAt === change.run.startedAt
      if (evaluation === undefined || !isOurs) throw new ClaimLost('another gateway has it')
      if (await this.take(evaluation, change)) return
      if (attempt === attemptsMax) throw new Error('its status is written by others all the time')
    }
  }

  async #write({ metadata }: PromptEvaluation, status: RunChange): Promise<void> {
    const { name = '', namespace = '', resourceVersion } = metadata
    const body = { metadata: { resourceVersion }, status }
    const patch = { type: 'merge', body } as const
    const { status: writer } = this.#client
    await writer.patch(PromptEvaluation, { namespace, name }, patch, { fieldManager, timeoutMs })
  }
}
