import { megabyte } from '../calls/calls.ts'
import { closedLoop } from './closed-loop.ts'
import { everyPeer } from './every-peer.ts'

/** An answer of the size of a batch of embeddings: there is no surface for embeddings yet, so it is a chat answer. */
export const megabyteShape = closedLoop({
  name: 'answer-1mb',
  title: '1 KB request, whole chat answer of 1 MB',
  peers: everyPeer,
  call: megabyte,
})
