import type { TypedObject } from '@fairlead/kube-core'
import type { Client, SubresourceClient, SubresourceWriter } from './client.ts'
import type {
  ApplyCall,
  ClientCall,
  CreateCall,
  GetCall,
  PatchCall,
  UpdateCall,
} from './client-call.ts'
import type { CallHandler } from './client-of.ts'

type ChangeCall = UpdateCall | PatchCall | ApplyCall

/** The handler that makes the calls on a client: the inverse of `clientOf`. */
export function handlerOf(client: Client): CallHandler {
  return {
    send: (call) => perform(client, call),
    watch: (type, options) => client.watch(type, options),
    streamsLists: client.streamsLists,
  }
}

async function perform(client: Client, call: ClientCall): Promise<unknown> {
  switch (call.verb) {
    case 'list':
      return client.list(call.type, call.options)
    case 'delete':
      return client.delete(call.type, call.key, call.options)
    case 'deleteAllOf':
      return client.deleteAllOf(call.type, call.options)
    case 'stream':
      return client.subresource(call.subresource).stream(call.type, call.key, call.options)
    case 'connect':
      return client.subresource(call.subresource).connect(call.type, call.key, call.options)
    case 'get':
      if (call.subresource !== undefined) break
      return client.get(call.type, call.key, call.options)
    case 'create':
      if (call.subresource !== undefined) break
      return client.create(call.type, call.object, call.options)
    default:
      if (call.subresource === undefined) return performChange(client, call)
      if (call.subresource === 'status') return performChange(client.status, call)
  }
  return performBelow(client.subresource(call.subresource), call)
}

function performChange(writer: SubresourceWriter, call: ChangeCall): Promise<TypedObject> {
  switch (call.verb) {
    case 'update':
      return writer.update(call.type, call.object, call.options)
    case 'patch':
      return writer.patch(call.type, call.key, call.patch, call.options)
    case 'apply':
      return writer.apply(call.type, call.object, call.options)
  }
}

function performBelow(
  subresource: SubresourceClient,
  call: GetCall | CreateCall | ChangeCall,
): Promise<unknown> {
  const { type, key } = call
  switch (call.verb) {
    case 'get':
      return subresource.get(type, key, call.options)
    case 'create':
      return subresource.create(type, key, call.object, call.options)
    case 'update':
      return subresource.update(type, key, call.object, call.options)
    case 'patch':
      return subresource.patch(type, key, call.patch, call.options)
    case 'apply':
      return subresource.apply(type, key, call.object, call.options)
  }
}
