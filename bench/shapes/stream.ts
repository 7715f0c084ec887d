import { stream } from '../calls/calls.ts'
import { closedLoop } from './closed-loop.ts'
import { everyPeer } from './every-peer.ts'

/** A stream whose upstream is as fast as it can be. */
export const streamShape = closedLoop({
  name: 'stream',
  title: 'stream of 200 chunks, sent at once',
  peers: everyPeer,
  call: stream,
})
