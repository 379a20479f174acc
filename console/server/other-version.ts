/** The response of a stack that was deployed from another version of Holdfast. */
export class OtherVersion extends Error {
  override readonly name = 'OtherVersion';
}
