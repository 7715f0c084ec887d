import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  anthropicMessages,
  gemini,
  ModelError,
  type ModelErrorKind,
  openAiChat,
  openAiResponses,
} from '@fairlead/llm'
import { describe, expect, it } from 'vitest'

const page = readFileSync(
  fileURLToPath(new URL('../../../docs/errors.md', import.meta.url)),
  'utf8',
)
const documented = new Set(page.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' ')))

const words: Readonly<Record<ModelErrorKind, string>> = {
  'invalid-request': 'a mistake in the request',
  'context-length': 'a prompt that is too long for the model',
  authentication: 'no key, or a wrong one',
  permission: 'what may not be done',
  'not-found': 'what does not exist',
  conflict: 'what contradicts what is stored',
  'request-too-large': 'a body that is too large',
  'unsupported-media-type': 'a body of another type',
  'rate-limited': 'a limit that is reached',
  internal: 'a defect of the gateway',
  upstream: 'a failure of the provider',
  unavailable: 'a service that is down',
  overloaded: 'a lack of capacity',
  timeout: 'no answer in time',
}

const kinds = Object.keys(words) as ModelErrorKind[]

function errorOf(kind: ModelErrorKind, dialect: typeof openAiChat) {
  const { body, status } = dialect.encodeError(new ModelError(kind, 'words', { code: 'a_code' }))
  const { error } = body as { error: { type?: string; status?: string; code?: unknown } }
  return { status, name: error.type ?? error.status, code: error.code }
}

describe('the names of errors in docs/errors.md', () => {
  it.each(kinds)('are those of the APIs: %s', (kind) => {
    const own = new ModelError(kind, 'words').status
    const cells = [openAiChat, anthropicMessages, gemini].map((dialect) => {
      const { name, status } = errorOf(kind, dialect)
      return status === own ? `\`${name}\`` : `\`${name}\`, ${status}`
    })
    expect(documented).toContain(`| ${words[kind]}, ${own} | ${cells.join(' | ')} |`)
  })

  it.each(kinds)('are the same in both of the APIs of OpenAI: %s', (kind) => {
    expect(errorOf(kind, openAiResponses)).toEqual(errorOf(kind, openAiChat))
    expect(errorOf(kind, openAiChat).code).toBe('a_code')
  })

  it.each(kinds)('come with the status as a number in that of Google: %s', (kind) => {
    const { code, status } = errorOf(kind, gemini)
    expect(code).toBe(status)
  })
})
