import type { Fault } from './fault.ts'
import { connectionFaults } from './faults/connections.ts'
import { encodingFaults } from './faults/encodings.ts'
import { errorBodyFaults } from './faults/error-bodies.ts'
import { messageFaults } from './faults/messages.ts'
import { rateFaults } from './faults/rates.ts'
import { refusalFaults } from './faults/refusals.ts'
import { serverErrorFaults } from './faults/server-errors.ts'
import { silenceFaults } from './faults/silences.ts'
import { streamEndFaults } from './faults/stream-ends.ts'
import { streamFaults } from './faults/streams.ts'
import { wholeAnswerFaults } from './faults/whole-answers.ts'

/** A chapter of the table in the documents. */
export interface FaultGroup {
  readonly title: string
  readonly faults: readonly Fault[]
}

/** Every fault of the laboratory, in the order of the documents. */
export const faultGroups: readonly FaultGroup[] = [
  { title: 'Connections', faults: connectionFaults },
  { title: 'Messages that are not HTTP', faults: messageFaults },
  { title: 'Silence', faults: silenceFaults },
  { title: 'Encodings and types', faults: encodingFaults },
  { title: 'Answers that are none', faults: wholeAnswerFaults },
  { title: 'Streams that fail before content', faults: streamFaults },
  { title: 'Streams that fail after content, or end oddly', faults: streamEndFaults },
  { title: 'Refusals', faults: refusalFaults },
  { title: 'Limits of rate', faults: rateFaults },
  { title: 'Errors of the server', faults: serverErrorFaults },
  { title: 'Bodies of errors', faults: errorBodyFaults },
]

export const faults: readonly Fault[] = faultGroups.flatMap((group) => group.faults)
