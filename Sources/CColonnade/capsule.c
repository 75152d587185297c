// What frees a Python capsule that holds one of Arrow's structures. It is C, and calls the interpreter
// through symbols that are looked up when the library is loaded, so that a capsule can be dropped at
// any time, during the interpreter's end too, without a line of Python being run.
#include <stdlib.h>
#include <string.h>

#include "module.h"

// Weak: the library also serves processes that hold no interpreter.
extern void *PyCapsule_GetPointer(void *capsule, const char *name) __attribute__((weak));
extern const char *PyCapsule_GetName(void *capsule) __attribute__((weak));

void *colonnade_capsule_allocate(size_t byte_count) { return calloc(1, byte_count ? byte_count : 1); }

void colonnade_capsule_destroy(void *capsule) {
  if (PyCapsule_GetPointer == NULL || PyCapsule_GetName == NULL) return;
  const char *name = PyCapsule_GetName(capsule);
  if (name == NULL) return;
  void *pointer = PyCapsule_GetPointer(capsule, name);
  if (pointer == NULL) return;
  // A consumer that moved the contents out left `release` empty.
  if (strcmp(name, "arrow_schema") == 0) {
    struct ArrowSchema *schema = pointer;
    if (schema->release) schema->release(schema);
  } else if (strcmp(name, "arrow_array") == 0) {
    struct ArrowArray *array = pointer;
    if (array->release) array->release(array);
  } else if (strcmp(name, "arrow_array_stream") == 0) {
    struct ArrowArrayStream *stream = pointer;
    if (stream->release) stream->release(stream);
  }
  free(pointer);
}
