import { aborted } from './aborted.ts'
import { answered } from './answered.ts'
import { badRequests } from './bad-requests.ts'
import { broken } from './broken.ts'
import { conversations } from './conversation.ts'
import { slowReader } from './slow-reader.ts'
import type { SoakCall } from './soak-call.ts'

/** All kinds of calls. */
export const calls: readonly SoakCall[] = [
  ...answered,
  ...broken,
  ...aborted,
  slowReader,
  ...badRequests,
  ...conversations,
]
