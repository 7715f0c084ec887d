import { type HttpHandler, notFound } from './http-handler.ts'

/** Handlers by their exact paths; any other path is not found. */
export function routes(handlers: Readonly<Record<string, HttpHandler>>): HttpHandler {
  const byPath = new Map(Object.entries(handlers))
  return (request) => byPath.get(request.path)?.(request) ?? notFound
}
