import { isJsonObject, type JsonObject } from '@fairlead/base'
import {
  invalidField,
  isGiven,
  missingField,
  readArray,
  readBoolean,
  readModelName,
  readOptional,
  readPositiveInteger,
  readString,
} from '../../json/request-field.ts'
import type { RerankRequest } from '../../operations/rerank/rerank-request.ts'

const documentsMax = 10_000

/** Reads a body of `POST /v1/rerank`. */
export function decodeRequest(body: JsonObject): RerankRequest {
  for (const name of ['query', 'documents']) {
    if (!isGiven(body[name])) throw missingField(name, 'give a query, and the documents to order')
  }
  const query = readString(body['query'], 'query')
  if (query === '') throw invalidField('query', 'it is empty; say what is looked for.')
  const topN = readOptional(body['top_n'], 'top_n', readPositiveInteger)
  return {
    model: readOptional(body['model'], 'model', readModelName) ?? '',
    query,
    documents: readDocuments(body['documents']),
    returnsDocuments:
      readOptional(body['return_documents'], 'return_documents', readBoolean) ?? false,
    ...(topN === undefined ? {} : { topN }),
  }
}

function readDocuments(value: unknown): readonly string[] {
  const documents = readArray(value, 'documents')
  if (documents.length === 0) throw invalidField('documents', 'it is empty; give at least one.')
  if (documents.length > documentsMax) {
    throw invalidField('documents', `it has more than ${documentsMax} entries; send several calls.`)
  }
  return documents.map((one, index) =>
    isJsonObject(one)
      ? readString(one['text'], `documents[${index}].text`)
      : readString(one, `documents[${index}]`),
  )
}
