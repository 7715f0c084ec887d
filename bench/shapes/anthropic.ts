import { anthropic, small } from '../calls/calls.ts'
import { closedLoop } from './closed-loop.ts'
import { translatingPeers } from './every-peer.ts'

/** A whole answer of another format. */
export const anthropicShape = closedLoop({
  name: 'anthropic',
  title: '1 KB request and answer, translated for Anthropic',
  peers: translatingPeers,
  call: anthropic,
  beside: { row: 'fairlead, same format', call: small },
})
