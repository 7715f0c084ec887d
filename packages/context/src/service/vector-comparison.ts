import { type Clock, DeadlineError, type Logger, openScope, untilAborted } from '@fairlead/base'
import { ModelError } from '@fairlead/llm'
import type { Embedder } from '@fairlead/retrieval'
import type { ComparedBy, ComparedTurns, TurnComparison } from '../retrieval/turn-comparison.ts'
import { saysSomething } from '../retrieval/turn-vectors.ts'
import type { ContextModels } from './context-models.ts'
import { lacking, makeVectors, type VectorParts } from './make-vectors.ts'

/** How long a model may take while a call waits: less than retrieval may, so that words can serve. */
const modelMs = 1600

interface VectorComparisonOptions extends VectorParts {
  readonly model: string
  /** Undefined where none may be asked. */
  readonly models: ContextModels | undefined
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Compares turns with a question by vectors, which are kept with their conversation. Some that are
 * missing are made now. Whatever cannot be compared is left to words, and said.
 */
export function vectorComparison(options: VectorComparisonOptions): TurnComparison {
  return { compare: (compared) => compare(compared, options) }
}

async function compare(
  compared: ComparedTurns,
  options: VectorComparisonOptions,
): Promise<ComparedBy> {
  const { accepted, path, signal } = compared
  const { clock, logger, model, models } = options
  const isAsked = path.some((turn, place) => accepted[place] === 1 && saysSomething(turn))
  if (!isAsked) return { similar: undefined }
  if (models === undefined) return byWords('no model may be asked for vectors')
  const what = `the embedding model ${JSON.stringify(model)}`
  using scope = openScope({ parents: [signal], clock, timeoutMs: modelMs, what })
  try {
    return await compareBy(models.embedder(model), { ...compared, signal: scope.signal }, options)
  } catch (error) {
    signal.throwIfAborted()
    logger.warn({ err: error, conversation: compared.conversation.id }, 'no vectors were compared')
    return byWords(problemOf(error))
  }
}

async function compareBy(
  embedder: Embedder,
  compared: ComparedTurns,
  options: VectorComparisonOptions,
): Promise<ComparedBy> {
  const { accepted, conversation, path, question, signal } = compared
  const current = () => options.vectors.current(conversation, embedder.model)
  const before = await untilAborted(current(), signal)
  const query = embedder.embed([question], { purpose: 'query', signal })
  const turns = path.filter((_, place) => accepted[place] === 1)
  const isLacking = lacking(before.vectors, before.work, turns).length > 0
  const made = isLacking
    ? makeVectors(options, { conversation, embedder, turns, batches: 1, signal })
    : Promise.resolve()
  const [wanted] = await Promise.allSettled([untilAborted(query, signal), made])
  if (wanted.status === 'rejected') throw wanted.reason
  const [vector = new Float32Array()] = wanted.value
  const { vectors } = isLacking ? await untilAborted(current(), signal) : before
  if (vectors.dimension !== undefined && vectors.dimension !== vector.length) {
    return byWords(
      `vectors have ${vector.length} numbers now, and those of earlier turns ${vectors.dimension}, which are made anew after this turn`,
    )
  }
  const similar = vectors.similar(vector, path, accepted)
  if (similar.unknown === 0) return { similar }
  const problem = `${similar.unknown} earlier turns have no vectors yet, and were searched by words alone`
  return vectors.dimension === undefined ? { similar: undefined, problem } : { similar, problem }
}

function byWords(reason: string): ComparedBy {
  return { similar: undefined, problem: `words decided alone: ${reason}` }
}

/** Errors of models say nothing secret; others stay in the log. */
function problemOf(error: unknown): string {
  const isTold = error instanceof ModelError || error instanceof DeadlineError
  return isTold ? error.message.slice(0, 500) : 'vectors could not be compared'
}
