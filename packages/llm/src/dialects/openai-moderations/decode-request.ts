import { isJsonObject, type JsonObject } from '@fairlead/base'
import {
  invalidField,
  isGiven,
  missingField,
  readArray,
  readModelName,
  readObject,
  readOptional,
  readString,
} from '../../json/request-field.ts'
import type {
  ModerationInput,
  ModerationPart,
  ModerationRequest,
} from '../../operations/moderation/moderation-request.ts'

const inputsMax = 2048
const partsMax = 64

/** What OpenAI takes where a call names none: https://platform.openai.com/docs/api-reference/moderations */
const usualModel = 'omni-moderation-latest'

/** Reads a body of `POST /v1/moderations`. */
export function decodeRequest(body: JsonObject): ModerationRequest {
  if (!isGiven(body['input'])) throw missingField('input', 'give a text, or a list of them')
  return {
    model: readOptional(body['model'], 'model', readModelName) ?? usualModel,
    inputs: readInputs(body['input']),
  }
}

function readInputs(value: unknown): readonly ModerationInput[] {
  if (typeof value === 'string') return [value]
  const list = readArray(value, 'input')
  if (list.length === 0) throw invalidField('input', 'it is empty; give at least one text.')
  // Parts are judged together: https://platform.openai.com/docs/guides/moderation
  if (list.every(isJsonObject)) return [readParts(list)]
  if (list.length > inputsMax) {
    throw invalidField('input', `it has more than ${inputsMax} entries; send several calls.`)
  }
  return list.map((one, index) => readString(one, `input[${index}]`))
}

function readParts(list: readonly JsonObject[]): readonly ModerationPart[] {
  if (list.length > partsMax) {
    throw invalidField('input', `it has more than ${partsMax} parts; send several calls.`)
  }
  return list.map((part, index) => readPart(part, `input[${index}]`))
}

function readPart({ type, text, image_url: image }: JsonObject, path: string): ModerationPart {
  if (type === 'text') return { type, text: readString(text, `${path}.text`) }
  if (type !== 'image_url') throw invalidField(`${path}.type`, 'expected text or image_url.')
  const { url } = readObject(image, `${path}.image_url`)
  return { type, url: readString(url, `${path}.image_url.url`) }
}
