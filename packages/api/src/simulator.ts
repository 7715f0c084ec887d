import { Type, type Static } from 'typebox'
import { atomicList, choice, integer, object, text } from './schema/fields.ts'
import { duration } from './schema/formats.ts'

const failure = object(
  'A simulated failure, instead of the reply. Without everyNth and percent, every call fails.',
  {
    status: integer('HTTP status of the failure, such as 429 or 503. Defaults to 500.', {
      min: 400,
      max: 599,
      default: 500,
    }),
    everyNth: Type.Optional(
      integer('Every nth call to this provider fails.', {
        min: 1,
        max: 1_000_000,
      }),
    ),
    percent: Type.Optional(
      integer('Percentage of calls that fail, spread evenly: the same calls fail in every run.', {
        min: 0,
        max: 100,
      }),
    ),
    message: text('Error message of the failure. Defaults to simulated failure.', {
      max: 1024,
      default: 'simulated failure',
    }),
    retryAfter: Type.Optional(duration('Value of the Retry-After header, rounded up to seconds.')),
    afterWords: Type.Optional(
      integer('Number of words after which the connection is closed, instead of failing at once.', {
        min: 0,
        max: 1_000_000,
      }),
    ),
  },
  {
    rules: [
      {
        rule: '!(has(self.everyNth) && has(self.percent))',
        message: 'give everyNth or percent, not both',
      },
    ],
  },
)

/** How a provider of type Simulator answers: deterministically, without any network. */
export const simulator = object(
  'How a provider of type Simulator answers. It uses no network and is deterministic: the same calls in the same order get the same answers.',
  {
    mode: choice(
      'Echo: answer with the last user message; Script: answer with the replies, in order. Defaults to Echo.',
      ['Echo', 'Script'],
      { default: 'Echo' },
    ),
    replies: Type.Optional(
      atomicList(
        'Replies, for mode Script: the first answers a prompt with one user message, the second a prompt with two, and so on; the last is repeated.',
        text('A reply.', { max: 65_536 }),
        { min: 1, max: 256 },
      ),
    ),
    latency: duration('Delay before the first word. Defaults to 0s.', { default: '0s' }),
    wordDelay: duration('Delay between the words of a stream. Defaults to 0s.', { default: '0s' }),
    failure: Type.Optional(failure),
  },
  {
    rules: [
      {
        rule: "(self.mode == 'Script') == has(self.replies)",
        message: 'replies go with mode Script, and Script needs them',
      },
    ],
  },
)

export type SimulatorSpec = Static<typeof simulator>
export type SimulatorFailure = Static<typeof failure>
