// What a reverse proxy on Node.js costs with Node's own HTTP server, in front of undici.
// Arguments: its port, the port of the upstream, and of that for paths below /words/.
import { createServer, type ServerResponse } from 'node:http'
import { Pool, type Dispatcher } from 'undici'

const [port = 0, staticPort = 0, wordsPort = 0] = process.argv.slice(2).map(Number)
const fixed = new Pool(`http://127.0.0.1:${staticPort}`, { headersTimeout: 0, bodyTimeout: 0 })
const words = new Pool(`http://127.0.0.1:${wordsPort}`, { headersTimeout: 0, bodyTimeout: 0 })

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const path = request.url ?? '/'
    const pool = path.startsWith('/words/') ? words : fixed
    const { connection: _ours, 'content-length': _length, ...headers } = request.headers
    const body = parts.length === 1 ? parts[0] : Buffer.concat(parts)
    pool.dispatch({ path, method: 'POST', headers, body }, passTo(response))
  })
})
server.keepAliveTimeout = 300_000
server.listen(port, '127.0.0.1', 4096)

function passTo(response: ServerResponse): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller) {
      response.once('close', () => {
        if (!response.writableFinished) controller.abort(new Error('the caller left'))
      })
    },
    onResponseStart(_controller, status, headers) {
      const {
        connection: _theirs,
        'keep-alive': _keepAlive,
        'transfer-encoding': _coding,
        ...kept
      } = headers
      response.writeHead(status, kept)
    },
    onResponseData(_controller, chunk) {
      response.write(chunk)
    },
    onResponseEnd() {
      response.end()
    },
    onResponseError() {
      response.destroy()
    },
  }
}
