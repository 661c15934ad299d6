// One handler for a tap, wherever a device reports it.
var Touch = {
    tap: function (element, handler) {
        element.addEventListener("click", function (event) {
            event.preventDefault();
            handler();
        }, false);
    }
};
