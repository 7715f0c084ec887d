import { Place } from '../place.ts'
import { validateNonReservedPath } from '../relative-path.ts'
import { validateFieldRef, validateResourceFieldRef, volumeFields } from './downward-api.ts'

const modeMax = 0o777

/** The permissions of a file. */
export function validateFileMode(place: Place, field: string): void {
  const mode = place.optionalNumber(field)
  if (mode === undefined || (mode >= 0 && mode <= modeMax)) return
  place.invalid(field, 'must be a number between 0 and 0777 (octal), both inclusive')
}

/** As validateKeyToPath in Kubernetes' core validation. */
export function validateKeyToPath(item: Place): void {
  item.requireText('key')
  item.requireText('path')
  validateNonReservedPath(item, 'path', item.text('path'))
  validateFileMode(item, 'mode')
}

/** As validateDownwardAPIVolumeSource in Kubernetes' core validation. */
export function validateDownwardApi(source: Place): void {
  validateFileMode(source, 'defaultMode')
  for (const item of source.each('items')) validateDownwardApiFile(source, item)
}

/**
 * As validateDownwardAPIVolumeFile in Kubernetes' core validation, which reports what is wrong with
 * a file as if it were the volume.
 */
export function validateDownwardApiFile({ path, found }: Place, item: Place): void {
  const file = new Place(item.fields, path, found)
  file.requireText('path')
  validateNonReservedPath(file, 'path', file.text('path'))
  const fieldRef = file.at('fieldRef')
  const resourceFieldRef = file.at('resourceFieldRef')
  if (fieldRef !== undefined) {
    validateFieldRef(fieldRef, volumeFields)
    if (resourceFieldRef !== undefined) {
      const detail = 'fieldRef and resourceFieldRef can not be specified simultaneously'
      file.invalid('', detail, 'resource')
    }
  } else if (resourceFieldRef === undefined) {
    file.required('', 'one of fieldRef and resourceFieldRef is required')
  } else validateResourceFieldRef(resourceFieldRef, true)
  validateFileMode(file, 'mode')
}
