import type { FieldError } from '../field-error.ts'

/** `path.name`, or the name alone at the root. */
export function child(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** `path.properties[name]`. */
export function propertyPath(path: string, name: string): string {
  return `${child(path, 'properties')}[${name}]`
}

export function required(field: string, detail = ''): FieldError {
  return { type: 'Required', field, detail }
}

export function forbidden(field: string, detail: string): FieldError {
  return { type: 'Forbidden', field, detail }
}

export function invalid(field: string, badValue: unknown, detail: string): FieldError {
  return { type: 'Invalid', field, badValue, detail }
}
