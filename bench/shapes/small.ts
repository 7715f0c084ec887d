import { small } from '../calls/calls.ts'
import { closedLoop } from './closed-loop.ts'
import { everyPeer } from './every-peer.ts'

/** The plainest call. */
export const smallShape = closedLoop({
  name: 'small',
  title: '1 KB request, 1 KB answer',
  peers: everyPeer,
  call: small,
})
