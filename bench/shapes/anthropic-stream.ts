import { anthropicStream, stream } from '../calls/calls.ts'
import { closedLoop } from './closed-loop.ts'
import { translatingPeers } from './every-peer.ts'

/** A stream of another format, as fast as it can be. */
export const anthropicStreamShape = closedLoop({
  name: 'anthropic-stream',
  title: 'stream of 200 chunks sent at once, translated from Anthropic',
  peers: translatingPeers,
  call: anthropicStream,
  beside: { row: 'fairlead, same format', call: stream },
})
