import type { Expected, Fault } from '../fault.ts'

const invalid: Expected = {
  outcome: 'InvalidAnswer',
  status: 502,
  code: 'upstream_invalid_response',
}
const json = 'application/json'

/** Responses with status 200 that hold no answer. */
export const wholeAnswerFaults: readonly Fault[] = [
  {
    name: 'half-json',
    does: 'Its JSON ends in the middle.',
    act: (reply) => reply.respond(200, json, reply.format.whole('Hello').slice(0, -20)),
    expected: invalid,
  },
  {
    name: 'not-json',
    does: 'It calls a text JSON.',
    act: (reply) => reply.respond(200, json, 'Hello {'),
    expected: invalid,
  },
  {
    name: 'json-array',
    does: 'It answers with an array.',
    act: (reply) => reply.respond(200, json, `[${reply.format.whole('Hello')}]`),
    expected: invalid,
  },
  {
    name: 'other-json',
    does: 'It answers with an object that is no answer.',
    act: (reply) => reply.json(200, { hello: 'world' }),
    expected: invalid,
  },
  {
    name: 'empty-200',
    does: 'It answers 200 with nothing.',
    act: (reply) => reply.respond(200, json, ''),
    expected: invalid,
  },
  {
    name: 'empty-204',
    does: 'It answers 204.',
    act: (reply) => reply.head(204),
    expected: invalid,
  },
  {
    name: 'page-200',
    does: 'It answers 200 with a page.',
    act: (reply) => reply.respond(200, 'text/html', '<!doctype html><title>Log in</title>'),
    expected: invalid,
  },
  {
    name: 'deep-json',
    does: 'Its JSON is 100,000 levels deep.',
    only: 'whole',
    act: (reply) =>
      reply.respond(200, json, `{"choices":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
    expected: invalid,
    undecoded: { outcome: 'Success', status: 200, ending: 'Unreadable' },
  },
  {
    name: 'error-in-200',
    does: 'It answers 200 with an error of its API.',
    act: (reply) => reply.json(200, reply.format.error(500)),
    expected: { outcome: 'ServerError', status: 502, code: 'upstream_error' },
  },
  {
    name: 'limit-in-200',
    does: 'It answers 200 with an error whose code is 429.',
    formats: ['OpenAI'],
    act: (reply) => reply.json(200, { error: { code: 429, message: 'Too much.' } }),
    expected: { outcome: 'RateLimited', status: 429, code: 'rate_limit_exceeded' },
  },
  {
    name: 'text-error-in-200',
    does: 'It answers 200 with an error that is a text.',
    formats: ['OpenAI'],
    act: (reply) => reply.json(200, { error: 'Something went wrong.' }),
    expected: { outcome: 'ServerError', status: 502, code: 'upstream_error' },
  },
  {
    name: 'detail-in-200',
    does: 'It answers 200 with FastAPI’s form of an error.',
    formats: ['OpenAI'],
    act: (reply) => reply.json(200, { detail: 'Internal error' }),
    expected: invalid,
  },
]
