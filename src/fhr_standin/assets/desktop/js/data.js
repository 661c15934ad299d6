// Figures drawn from a payload: plain numbers, no page.
var DATA_VERSION = 3;

var Data = {
    parse: function (text) {
        try {
            return JSON.parse(text);
        } catch (error) {
            return null;
        }
    },
    days: function (payload) {
        return payload && payload.data && payload.data.days ? payload.data.days : {};
    },
    sum: function (payload, measurement, fields) {
        var days = this.days(payload);
        return Object.keys(days).reduce(function (total, date) {
            var found = days[date][measurement] || {};
            return total + fields.reduce(function (count, field) {
                return count + (found[field] || 0);
            }, 0);
        }, 0);
    },
    sessionsByMonth: function (payload) {
        var days = this.days(payload);
        var counts = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        Object.keys(days).forEach(function (date) {
            var sessions = days[date]["org.mozilla.appSessions.previous"] || {};
            counts[Number(date.slice(5, 7)) - 1] += (sessions.cleanActiveTicks || []).length;
        });
        return counts;
    }
};
