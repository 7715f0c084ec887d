import { isJsonObject, type JsonObject } from '@fairlead/base'

/** Where a schema has fields, as `operator.replicas`; those of an array's items as `from[].ipBlock`. */
export function fieldPaths(schema: JsonObject, path = ''): readonly string[] {
  const { properties, items } = schema
  if (isJsonObject(items)) return fieldPaths(items, `${path}[]`)
  if (!isJsonObject(properties)) return [path]
  return Object.entries(properties).flatMap(([name, field]) =>
    isJsonObject(field) ? fieldPaths(field, path === '' ? name : `${path}.${name}`) : [],
  )
}

/** Which of these fields a value has, each also as a part of a list or a deeper field. */
export function givenPaths(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) {
    return [path, ...value.flatMap((item: unknown) => givenPaths(item, `${path}[]`))]
  }
  if (!isJsonObject(value)) return [path]
  const fields = Object.entries(value).flatMap(([name, field]) =>
    givenPaths(field, path === '' ? name : `${path}.${name}`),
  )
  return path === '' ? fields : [path, ...fields]
}
