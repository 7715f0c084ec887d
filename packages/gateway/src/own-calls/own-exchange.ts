import { HeaderFields, type ServerRequest, type ServerResponse } from '@fairlead/http1'
import type { CallRecord } from '../call/call-record.ts'
import type { HttpCall } from '../call/http-call.ts'

/** What a call stands on that no connection brought: it has no headers, and is answered to nobody. */
export function ownExchange(record: CallRecord): HttpCall {
  return { request: { ...ownRequest, headers: new HeaderFields() }, response: nobody, record }
}

const ownRequest: Omit<ServerRequest, 'headers'> = {
  method: 'POST',
  target: '',
  peerCertificate: undefined,
  remoteAddress: undefined,
  body: unused,
  push: unused,
  complete: unused,
  fail: unused,
}

const nobody: ServerResponse = {
  started: false,
  ended: false,
  closed: false,
  onClose() {},
  addFields: unused,
  start: unused,
  write: unused,
  end: unused,
  destroy() {},
  flush: unused,
  drained: unused,
  connectionClosed: unused,
}

function unused(): never {
  throw new Error('a call of the gateway itself has no connection')
}
