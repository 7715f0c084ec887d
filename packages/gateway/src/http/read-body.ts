import type { IncomingMessage } from 'node:http'
import { CallerGone, gatewayError } from '../errors/gateway-error.ts'

/**
 * The whole body. Throws `request_too_large`, before reading if Content-Length says so, otherwise
 * once more than `limitBytes` have arrived; throws CallerGone if the caller disconnects.
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > limitBytes) return Promise.reject(gatewayError.requestTooLarge(limitBytes))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const onData = (chunk: Buffer) => {
      length += chunk.length
      if (length > limitBytes) {
        stop()
        request.pause()
        reject(gatewayError.requestTooLarge(limitBytes))
      } else {
        chunks.push(chunk)
      }
    }
    const onEnd = () => {
      stop()
      const first = chunks[0]
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, length))
    }
    const onClose = () => {
      stop()
      reject(new CallerGone())
    }
    const stop = () => {
      request.off('data', onData)
      request.off('end', onEnd)
      request.off('close', onClose)
    }
    request.on('data', onData)
    request.on('end', onEnd)
    request.on('close', onClose)
  })
}

/** Rejects a body that is not declared as plain JSON. */
export function requireJson(request: IncomingMessage): void {
  const type = request.headers['content-type']
  if (type === undefined || !isJson(type)) {
    throw gatewayError.unsupportedMediaType(type ?? 'none')
  }
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    throw gatewayError.unsupportedEncoding(encoding)
  }
}

function isJson(contentType: string): boolean {
  if (contentType === 'application/json') return true
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase()
  return type === 'application/json' || type.endsWith('+json')
}
