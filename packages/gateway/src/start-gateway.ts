import type { Gateway, GatewayOptions } from './gateway.ts'

/** Starts the data plane: resolves when it listens, rejects when the port cannot be taken. */
export function startGateway(options: GatewayOptions): Promise<Gateway> {
  return Promise.reject(new Error(`not serving on port ${options.port} yet`))
}
