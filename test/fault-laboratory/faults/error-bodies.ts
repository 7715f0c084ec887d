import type { Expected, Fault } from '../fault.ts'

const serverError: Expected = { outcome: 'ServerError', status: 502, code: 'upstream_error' }
const errorBytes = 10 * 1024 * 1024

/** Errors whose bodies are a trap. */
export const errorBodyFaults: readonly Fault[] = [
  {
    name: 'huge-error',
    does: 'The body of its error (500) has ten megabytes.',
    act: (reply) =>
      reply.respond(500, 'application/json', `{"error":{"message":"${'x'.repeat(errorBytes)}"}}`),
    expected: serverError,
  },
  {
    name: 'endless-error',
    does: 'The body of its error (500) does not end.',
    takesTime: true,
    act: (reply) => {
      reply.head(500, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' })
      reply.chunks('{"error":{"message":"')
      reply.every(1_000, () => reply.chunks('x'))
    },
    expected: serverError,
  },
  {
    name: 'flooding-error',
    does: 'The body of its error (500) comes as fast as it is read, without end.',
    act: (reply) => {
      reply.head(500, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' })
      reply.flood(() => reply.chunks('x'.repeat(16 * 1024)))
    },
    expected: serverError,
  },
  {
    name: 'silent-error',
    does: 'The body of its error (500) never comes.',
    takesTime: true,
    act: (reply) => reply.head(500, { 'content-type': 'application/json', 'content-length': '10' }),
    expected: serverError,
  },
  {
    name: 'cut-error',
    does: 'It closes in the middle of the body of its error (500).',
    act: (reply) => {
      reply.head(500, { 'content-type': 'application/json', 'content-length': '1000' })
      reply.write('{"error":{"message":"It')
      reply.close()
    },
    expected: serverError,
  },
  {
    name: 'echoing-error',
    does: 'Its error (500) repeats the key and the prompt.',
    act: (reply) =>
      reply.json(500, reply.format.error(500, `${reply.key} asked: ${reply.requestText}`)),
    expected: serverError,
  },
  {
    name: 'echoing-refusal',
    does: 'Its refusal (401) repeats a part of the key.',
    takesTime: true,
    act: (reply) =>
      reply.json(401, reply.format.error(401, `Incorrect API key provided: ${reply.key}.`)),
    expected: { outcome: 'CredentialRefused', status: 502, code: 'upstream_authentication' },
  },
  {
    name: 'echoing-mistake',
    does: 'It finds a mistake (400), and repeats the key.',
    act: (reply) => reply.json(400, reply.format.error(400, `${reply.key} sent a bad call.`)),
    expected: { outcome: 'InvalidRequest', status: 400 },
  },
]
