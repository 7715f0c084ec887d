/** The attributes of a request. With `path` it is for a non-resource URL. */
export interface Access {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  /** Empty at the cluster scope. */
  readonly namespace: string
  /** Empty where the request names no object. */
  readonly name: string
  readonly path?: string
}

/** The access that a request for a non-resource URL is. */
export function pathAccess(verb: string, path: string): Access {
  return { verb, group: '', resource: '', namespace: '', name: '', path }
}

/** `services/status`: how rules and messages name a subresource. */
export function combinedResource({ resource, subresource }: Access): string {
  return subresource ? `${resource}/${subresource}` : resource
}
