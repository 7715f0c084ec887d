import { arrayOrEmpty, isJsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type {
  ModerationAnswer,
  ModerationResult,
} from '../../operations/moderation/moderation-answer.ts'
import type {
  ModerationInput,
  ModerationRequest,
} from '../../operations/moderation/moderation-request.ts'
import type { Usage } from '../../operations/usage.ts'
import type { ValueFormat } from '../../operations/value-format.ts'
import { decodeRequest } from './decode-request.ts'

/** `readUsage` finds it in an answer, where there is any. */
export function moderationFormat(
  readUsage: (answer: object) => Usage | undefined,
): ValueFormat<ModerationRequest, ModerationAnswer> {
  return {
    decodeRequest,
    encodeRequest: ({ inputs, model }) => ({ model, input: encodeInputs(inputs) }),
    decodeResponse(body, { inputs }) {
      const { id, model, results } = body as Readonly<Record<string, unknown>>
      const read = arrayOrEmpty(results).map(readResult)
      if (read.length !== inputs.length) throw noVerdicts()
      return {
        id: stringOrUndefined(id) ?? '',
        model: stringOrUndefined(model) ?? '',
        results: read,
        usage: readUsage(body),
      }
    },
    encodeResponse: ({ id, model, results }) => ({
      id,
      model,
      results: results.map(({ appliedInputTypes, categories, flagged, scores }) => ({
        flagged,
        categories,
        category_scores: scores,
        ...(appliedInputTypes === undefined
          ? {}
          : { category_applied_input_types: appliedInputTypes }),
      })),
    }),
    isAsAsked: () => true,
  }
}

function encodeInputs(inputs: readonly ModerationInput[]): unknown {
  const [first] = inputs
  if (typeof first === 'string' || first === undefined) return inputs.length === 1 ? first : inputs
  return first.map((part) =>
    part.type === 'text' ? part : { type: part.type, image_url: { url: part.url } },
  )
}

/** Mistral tells no `flagged`: it is what any category says. */
function readResult(value: unknown): ModerationResult {
  if (!isJsonObject(value) || !isJsonObject(value['categories'])) throw noVerdicts()
  const { category_applied_input_types: types, flagged } = value
  const categories = entriesOf(value['categories'], isBoolean)
  const appliedInputTypes = isJsonObject(types) ? entriesOf(types, isTexts) : undefined
  return {
    flagged: typeof flagged === 'boolean' ? flagged : Object.values(categories).includes(true),
    categories,
    scores: entriesOf(objectOrEmpty(value['category_scores']), isNumber),
    ...(appliedInputTypes === undefined ? {} : { appliedInputTypes }),
  }
}

function entriesOf<T>(
  fields: object,
  isMeant: (value: unknown) => value is T,
): Readonly<Record<string, T>> {
  const entries = Object.entries<unknown>({ ...fields })
  return Object.fromEntries(entries.filter((entry): entry is [string, T] => isMeant(entry[1])))
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function noVerdicts(): ModelError {
  return new ModelError('upstream', "The provider's answer does not judge each input.", {
    failure: 'InvalidAnswer',
  })
}
