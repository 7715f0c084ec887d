import { createServer, type AddressInfo } from 'node:net'
import { parentPort } from 'node:worker_threads'

// Listens and then stands still, so that the system completes as many connections as the backlog
// has room for, and no more. Started as a thread; it tells its port.
const server = createServer()
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort?.postMessage((server.address() as AddressInfo).port)
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
})
