import type { Call } from '../call/call.ts'

/** For whom, in what configuration and with what knowledge bases are searched. */
export type SearchingCall = Pick<Call, 'caller' | 'record' | 'runtime' | 'services'> &
  Partial<Pick<Call, 'guards'>>
