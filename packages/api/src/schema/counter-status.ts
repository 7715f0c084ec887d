import { Type } from 'typebox'
import { text } from './fields.ts'
import { dateTime } from './formats.ts'

/** The fields that tell how a counter stands. */
export const counterStatus = {
  limit: text('Name of the limit; concurrency for running calls.', { min: 1, max: 63 }),
  subject: text('Whose counter it is; empty for all calls.', { max: 512 }),
  used: text('Used and settled: calls, tokens, or US dollars.', { max: 32 }),
  reserved: text('Set aside for running calls, and lent to workers.', { max: 32 }),
  amount: text('The limit.', { max: 32 }),
  overshoot: text(
    'The most by which the limit can have been exceeded: what holders that died had not settled, and what running calls may use beyond what is set aside for them: with reservation Expected, or where they were admitted without the store.',
    { max: 32 },
  ),
  resetsAt: Type.Optional(
    dateTime('When the window begins anew, or is empty if nothing more is used.'),
  ),
}
