import { mapList, object, setList, text } from './fields.ts'

/** The name of a header, case-insensitive. */
export const headerName = { min: 1, max: 256, pattern: '^[A-Za-z0-9-]+$' }

/** By what rules and policies choose calls before anything is known of their prompt. */
export const callMatchFields = {
  models: setList(
    'Models as the caller names them, exact or with a trailing *.',
    text('A model name, or a prefix of one followed by *.', {
      min: 1,
      max: 256,
      pattern: '^[^\\s*]*\\*?$',
    }),
    { max: 128, default: [] },
  ),
  groups: setList(
    'Groups of the caller, from its Consumer or the claims of its token; any one of them matches.',
    text('A group.', { min: 1, max: 253 }),
    { max: 128, default: [] },
  ),
  consumers: setList(
    'Consumers that are calling; any one of them matches.',
    text('Name of a Consumer, or namespace/name.', { min: 1, max: 317 }),
    { max: 128, default: [] },
  ),
  headers: mapList(
    'Headers that the request must have; all of them must match.',
    ['name'],
    object('A header.', {
      name: text('Name of the header, case-insensitive.', headerName),
      value: text('Exact value of the header.', { max: 4096 }),
    }),
    { max: 16, default: [] },
  ),
}
