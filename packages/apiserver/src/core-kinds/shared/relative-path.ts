import type { Place } from './place.ts'

/** As validateLocalDescendingPath in Kubernetes' core validation. */
export function validateRelativePath(place: Place, field: string, path: string): void {
  if (path.startsWith('/')) place.invalid(field, 'must be a relative path', path)
  validateNoBacksteps(place, field, path)
}

/** As ValidateLocalNonReservedPath in Kubernetes' core validation: names with `..` are Kubernetes' own. */
export function validateNonReservedPath(place: Place, field: string, path: string): void {
  validateRelativePath(place, field, path)
  if (path.startsWith('..') && !path.startsWith('../')) {
    place.invalid(field, "must not start with '..'", path)
  }
}

/** As validatePathNoBacksteps in Kubernetes' core validation. */
export function validateNoBacksteps(place: Place, field: string, path: string): void {
  if (hasBacksteps(path)) place.invalid(field, "must not contain '..'", path)
}

export function hasBacksteps(path: string): boolean {
  return path.split('/').includes('..')
}
