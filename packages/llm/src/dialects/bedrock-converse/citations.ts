import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  objectOrEmpty,
  stringOrUndefined,
} from '@fairlead/base'
import type { Annotation } from '../../operations/chat/item.ts'
import { dialectName } from './dialect-name.ts'
import { given } from './given.ts'

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Citation.html */
export function decodeCitation(value: unknown): Annotation {
  const citation = objectOrEmpty(value)
  const url = stringOrUndefined(objectOrEmpty(objectOrEmpty(citation['location'])['web'])['url'])
  const title = stringOrUndefined(citation['title'])
  const cited = arrayOrEmpty(citation['sourceContent'])
    .map((part) => stringOrUndefined(objectOrEmpty(part)['text']) ?? '')
    .join('')
  return {
    type: url === undefined ? 'file_citation' : 'url_citation',
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : url === undefined ? { filename: title } : { title }),
    ...(cited === '' ? {} : { cited_text: cited }),
    origin: { dialect: dialectName, value: citation },
  }
}

export function encodeCitation({
  cited_text,
  filename,
  origin,
  title,
  url,
}: Annotation): JsonObject {
  if (origin?.dialect === dialectName && isJsonObject(origin.value)) return origin.value
  return given({
    title: title ?? filename,
    sourceContent: cited_text === undefined ? undefined : [{ text: cited_text }],
    location: url === undefined ? undefined : { web: { url } },
  })
}
